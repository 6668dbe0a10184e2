// Draws media/icon.svg as media/icon.png, 256 x 256: galleries take no SVG. `node scripts/make-icon.mjs` after the SVG has changed.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './setup.mjs';
import { installHost, launchBrowser } from './vscode-host.mjs';

installHost();
const browser = await launchBrowser();
try {
  const page = await browser.newPage({ viewport: { width: 256, height: 256 } });
  const svg = readFileSync(path.join(root, 'media/icon.svg'), 'utf8');
  await page.setContent(`<style>body { margin: 0 } svg { display: block }</style>${svg}`);
  await page.screenshot({ path: path.join(root, 'media/icon.png'), omitBackground: true });
} finally {
  await browser.close();
}
