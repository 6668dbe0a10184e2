// Every state of each webview, looked at, and every form that the editor's states fill in, in every order of messages that loses what a
// person did where nobody owns a value. No VS Code: a test plays the editor.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { bundle } from '../../scripts/build-tests.mjs';
import { runTests } from '../vscode/browser/run-tests.mjs';
import { lookTests } from './looks.mjs';
import { servePages } from './pages.mjs';
import { chatFormTests } from './forms/chat.mjs';
import { dashboardFormTests } from './forms/dashboard.mjs';
import { documentFormTests } from './forms/documents.mjs';
import { ratesFormTests } from './forms/rates.mjs';
import { View } from './forms/view.mjs';

/** Test names and their bodies, which are given `open`: the view of a name in a page of its own. */
const tests = { ...chatFormTests, ...dashboardFormTests, ...documentFormTests, ...ratesFormTests };

/** @returns the results, as the extension-host suite gives them */
export async function webviewSuite({ browser }) {
  const [file] = await bundle(['test/webview/data.ts']);
  const data = createRequire(import.meta.url)(file);
  const pages = await servePages(data.webviewPage);
  let view;
  const forms = Object.entries(tests).map(([name, test]) => {
    const body = async () => {
      await test({
        open: async (which) => {
          await view?.page.close();
          view = await View.open(browser, pages, which);
          return view;
        },
      });
      assert.deepEqual(view.errors, []);
    };
    return [name, body];
  });
  try {
    const looks = await lookTests(browser, pages, data);
    return await runTests({ ...looks, ...Object.fromEntries(forms) }, undefined, {
      suite: 'webview',
      shown: () => view,
    });
  } finally {
    await view?.page.close();
    pages.stop();
  }
}
