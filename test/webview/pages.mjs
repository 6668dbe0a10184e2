// The built webviews as pages of a local server, under their own content security policy, and a browser's page that plays the editor.
import { readFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { within } from '../vscode/pace.mjs';
import { root } from '../../scripts/setup.mjs';

const types = { '.js': 'text/javascript', '.css': 'text/css', '.map': 'application/json' };

/** @returns the server's origin: `<origin>/<view>` is the page of a view; stop it when done */
export async function servePages(webviewPage) {
  const server = http.createServer((request, response) => {
    const name = path.basename(new URL(request.url, 'http://localhost').pathname);
    const extension = path.extname(name);
    if (extension === '') {
      const origin = `http://${request.headers.host}`;
      const page = { title: name, script: `/${name}.js`, style: `/${name}.css`, styleSource: origin, nonce: 'bG9vaw' };
      response.writeHead(200, { 'content-type': 'text/html' }).end(webviewPage(page));
      return;
    }
    try {
      const content = readFileSync(path.join(root, 'dist/webview', name));
      response.writeHead(200, { 'content-type': types[extension] }).end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { origin: `http://127.0.0.1:${server.address().port}`, stop: () => server.close() };
}

/**
 * Opens a view as VS Code would in a theme, when it has said that it is ready. What it sends is in `window.sent`, what it keeps in
 * `window.kept`; `errors` are those of its console and breaches of the policy.
 */
export async function openPage(browser, address, { theme, variables, width, height = 800, kept }) {
  const page = await browser.newPage({ viewport: { width, height }, reducedMotion: 'reduce' });
  page.setDefaultTimeout(within(30_000));
  const errors = [];
  page.on('console', (line) => line.type() === 'error' && errors.push(line.text()));
  page.on('pageerror', (error) => errors.push(String(error)));
  await page.addInitScript(
    ({ theme, variables, kept }) => {
      window.sent = [];
      window.kept = kept;
      window.acquireVsCodeApi = () => ({
        postMessage: (value) => window.sent.push(value),
        getState: () => window.kept,
        setState: (value) => (window.kept = value),
      });
      // When the page is parsed and its module has not run yet.
      document.addEventListener('readystatechange', () => {
        if (document.readyState !== 'interactive') return;
        const { style } = document.documentElement;
        for (const [name, value] of Object.entries(variables)) style.setProperty(`--vscode-${name}`, value);
        document.body.classList.add(`vscode-${theme}`);
      });
      document.addEventListener('securitypolicyviolation', (event) =>
        console.error(`policy: ${event.violatedDirective}`),
      );
    },
    { theme, variables, kept },
  );
  await page.goto(address);
  await page.waitForFunction(() => window.sent.some(({ type }) => type === 'ready'));
  return { page, errors };
}

export async function nextFrames(page) {
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
}
