// Bundles the webviews for the browser (dist/webview/<name>.js and .css) and the workers that feed them.
import { build } from 'esbuild';

export async function buildWebviews(root) {
  await build({
    absWorkingDir: root,
    entryPoints: { report: 'webview/report/main.ts', preview: 'webview/preview/main.ts' },
    outdir: 'dist/webview',
    bundle: true,
    platform: 'browser',
    target: 'es2022',
    format: 'esm',
    minify: true,
    sourcemap: true,
    logLevel: 'warning',
    tsconfig: 'webview/tsconfig.json',
  });
  await build({
    absWorkingDir: root,
    entryPoints: { 'report-worker': 'src/editor/report-worker.ts', 'preview-worker': 'src/editor/preview-worker.ts' },
    outdir: 'dist',
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    mainFields: ['module', 'main'],
    sourcemap: true,
    logLevel: 'warning',
  });
}
