// Stands where uv would: makes an environment whose Python is the program that SFT_FAKE_PYTHON names, and installs nothing. SFT_FAKE_UV,
// JSON, says how it behaves: `fails`, what it prints before it fails; `hangs`, that it never ends by itself. Each call is a line of
// SFT_FAKE_UV_CALLS.
import { spawn } from 'node:child_process';
import { appendFileSync, copyFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';

const words = process.argv.slice(2);
const fake = JSON.parse(process.env.SFT_FAKE_UV ?? '{}');

if (words[0] === '--version') {
  console.log('uv 9.9.9 (a fake)');
} else {
  appendFileSync(process.env.SFT_FAKE_UV_CALLS, `${words.join(' ')}\n`);
  if (words[0] === 'venv') {
    const bin = path.join(words.at(-1), 'bin');
    mkdirSync(bin, { recursive: true });
    copyFileSync(process.env.SFT_FAKE_PYTHON, path.join(bin, 'python3'));
  } else {
    console.error('Downloading torch (514.2MiB)');
    if (fake.fails !== undefined) {
      console.error(fake.fails);
      process.exitCode = 2;
    } else if (fake.hangs) {
      // Of a tool that others work for: they are ended with it.
      spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)', 'fake-uv-download'], { stdio: 'ignore' });
      setInterval(() => undefined, 1000);
    }
  }
}
