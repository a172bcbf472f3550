// Write the page into the server's package: Swagger UI as it was published, and our two files. The
// OpenAPI document beside them is written by scripts/generate_openapi.py.
import { copyFileSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = dirname(fileURLToPath(import.meta.url));
const OUT = process.argv[2] ?? join(HERE, "../../service/headwater_server/web/static/reference");
const SWAGGER = dirname(createRequire(import.meta.url).resolve("swagger-ui-dist/package.json"));

mkdirSync(OUT, { recursive: true });
for (const name of ["swagger-ui.css", "swagger-ui-bundle.js", "swagger-ui-bundle.js.LICENSE.txt"]) copyFileSync(join(SWAGGER, name), join(OUT, name));
for (const name of ["index.html", "reference.js", "reference.css"]) copyFileSync(join(HERE, name), join(OUT, name));
