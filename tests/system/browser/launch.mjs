/** A real Chromium, as tests start it. `playwright`: the path of playwright-core. */
const args = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
]; // prettier-ignore

export async function launch(playwright, executablePath) {
  const { chromium } = await import(playwright);
  return chromium.launch({ executablePath, headless: true, args });
}
