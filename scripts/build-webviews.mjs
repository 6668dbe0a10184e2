// Bundles the webviews for the browser (dist/webview/<name>.js and .css).
import { build } from 'esbuild';

/** @returns esbuild's result */
export function buildWebviews(root) {
  return build({
    absWorkingDir: root,
    entryPoints: {
      report: 'webview/report/main.ts',
      preview: 'webview/preview/main.ts',
      dashboard: 'webview/dashboard/main.ts',
      chat: 'webview/chat/main.ts',
      rates: 'webview/rates/main.ts',
    },
    outdir: 'dist/webview',
    bundle: true,
    platform: 'browser',
    target: 'es2022',
    format: 'esm',
    minify: true,
    sourcemap: true,
    metafile: true,
    logLevel: 'warning',
    tsconfig: 'webview/tsconfig.json',
  });
}
