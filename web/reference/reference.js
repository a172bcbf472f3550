// Start Swagger UI. Calls go to this gateway; the key stays in the page and is gone after a reload.
window.SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#reference",
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  defaultModelExpandDepth: 3,
  displayRequestDuration: true,
  filter: true,
  persistAuthorization: false,
  validatorUrl: null, // no document leaves this page
});
