// npm run test:vscode: the extension in a real VS Code. `-- browser`, `-- host` or `-- package` runs one suite, SFT_TEST_ONLY=TEXT the
// tests whose name holds the text. Where this machine cannot have VS Code or a browser it says so in one line and exits 0.
import { summary } from './reporter.mjs';
import { setup } from './setup.mjs';

setup();
process.env.SFT_TEST_THEMES = 'all';
const { runVsCodeSuites, suiteNames } = await import('./vscode-suites.mjs');

const chosen = process.argv.slice(2);
const wrong = chosen.find((name) => !suiteNames.includes(name));
if (wrong !== undefined) {
  console.error(`no suite ${wrong} - choose from ${suiteNames.join(', ')}`);
  process.exit(2);
}
const counts = await runVsCodeSuites(chosen.length > 0 ? chosen : suiteNames);
console.log(`\n${summary(counts)}`);
process.exit(counts.failed > 0 ? 1 : 0);
