import { report, runCommand } from './run-command';
import { endQuietlyOnClosedPipe, processTerminal } from './terminal';

endQuietlyOnClosedPipe();
const words = process.argv.slice(2);
const terminal = processTerminal();
process.on('uncaughtException', (error) => {
  process.exit(report(error, words.includes('--verbose'), terminal));
});
void runCommand(words, terminal).then((code) => {
  process.exitCode = code;
});
