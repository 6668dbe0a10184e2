// The licences of the packages whose code is inside the bundles: they must go where the code goes.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** The folders of packages that files of the bundles come from. */
function packagesOf(metafiles) {
  const folders = new Set();
  for (const { inputs } of metafiles) {
    for (const file of Object.keys(inputs)) {
      const [, folder] = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file) ?? [];
      if (folder !== undefined) folders.add(folder);
    }
  }
  return [...folders].sort();
}

/** @param metafiles of esbuild; @param more folders of packages that are shipped unbundled */
export function writeNotices(root, metafiles, more = []) {
  const parts = [...packagesOf(metafiles), ...more].map((folder) => {
    const full = path.join(root, folder);
    const { name, version, license } = JSON.parse(readFileSync(path.join(full, 'package.json'), 'utf8'));
    const file = readdirSync(full).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file === undefined ? '' : `\n${readFileSync(path.join(full, file), 'utf8').trim()}\n`;
    return `${name} ${version} (${license})\n${text}`;
  });
  const head = 'SFT Workbench holds code of these packages.\n';
  writeFileSync(path.join(root, 'dist/ThirdPartyNotices.txt'), [head, ...parts].join(`\n${'-'.repeat(80)}\n\n`));
}
