/** A certified OpenID Connect provider on a port of this machine: node e2e/provider.mjs PORT CONSOLE_URL. */
import Provider from "oidc-provider";

const [, , port, consoleUrl] = process.argv;
const issuer = `http://127.0.0.1:${port}`;

/** The login is the person's name, and what it ends with the role: anna-operate. */
const account = (_context, id) => ({
  accountId: id,
  claims: () => ({ sub: id, email: `${id}@shop.example`, email_verified: true, roles: [id.split("-").at(-1)] }),
});

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: "console",
      client_secret: process.env.CLIENT_SECRET,
      redirect_uris: [`${consoleUrl}auth/callback`],
      post_logout_redirect_uris: [consoleUrl],
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
    },
  ],
  claims: { openid: ["sub", "roles"], email: ["email", "email_verified"], profile: [] },
  scopes: ["openid", "offline_access", "email", "profile"],
  findAccount: account,
  pkce: { required: () => true },
  cookies: { keys: ["of a test"] },
  ttl: { IdToken: 300, AccessToken: 300, Grant: 3600, Interaction: 600, Session: 3600, RefreshToken: 3600, AuthorizationCode: 60 },
});
provider.listen(Number(port), "127.0.0.1", () => console.log(`ready on ${issuer}`));
