/**
 * Runs tests one after the other; SFT_TEST_ONLY=TEXT only those whose name holds the text.
 * @param tests names and their bodies, which are given `given`
 * @param options.suite names the pictures of failures
 * @param options.shown gives what takes them, a Window or a View, where one is shown; a Window's words go with a failure: pictures stay on their machine
 * @param options.server where there is one, its last words go with a failure
 * @param options.chained each stands on what the one before left: all are run, and after a failure the rest is not tried
 * @returns the results, as the extension-host suite gives them
 */
export async function runTests(tests, given, { suite, shown, server, chained = false }) {
  const results = [];
  const only = chained ? '' : (process.env.SFT_TEST_ONLY ?? '');
  for (const [at, [name, test]] of Object.entries(tests).entries()) {
    if (!name.includes(only)) continue;
    const start = performance.now();
    const done = (outcome, detail = '') =>
      results.push({ name, outcome, detail, milliseconds: Math.round(performance.now() - start) });
    try {
      await test(given);
      done('passed');
    } catch (error) {
      await shown()
        ?.picture(`failed-${suite}-${at}`)
        .catch(() => undefined);
      const words = (await shown()?.words?.()) ?? '';
      const log = (server?.log() ?? '').split('\n').slice(-20).join('\n');
      done('failed', `${error.stack}\n${words}\n${log}`);
      if (chained) break;
    }
  }
  return results;
}
