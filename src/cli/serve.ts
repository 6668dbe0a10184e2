import { randomBytes } from 'node:crypto';
import { KvCache } from '../model/cached-pass';
import { modelFolder } from '../config/config-paths';
import { modelCatalog, runCatalog, type OpenCatalog } from '../serve/catalogs';
import { startServer } from '../serve/server';
import { openDeviceOption } from './open-device';
import { fourBitOption, MODEL_OPTIONS } from './open-model';
import { numberOption, onlyPositional, requiredOption, textOption } from './option-values';
import { usageError } from './parse';
import type { Invocation, Verb } from './verb';

const MIB = 1 << 20;

export const serveVerb: Verb = {
  name: 'serve',
  summary: 'serve a model to other programs on this machine, through an OpenAI-compatible server',
  usage: 'sft serve RUN [options]   or   sft serve --model DIR [--adapter DIR] [options]',
  options: {
    ...MODEL_OPTIONS,
    port: { type: 'string', value: 'N', help: 'port on 127.0.0.1; 0 takes a free one (0)' },
    'idle-minutes': {
      type: 'string',
      value: 'N',
      help: 'minutes without a request after which the server stops; 0 never stops (30)',
    },
    'cache-mib': {
      type: 'string',
      value: 'N',
      help: 'memory in MiB for the keys and values of running conversations and of those that may continue (1024)',
    },
  },
  teach: `Prints an address and a token. Any OpenAI client works with them: give the address as base URL and the token as API key.
For a run it offers the models base, tuned (once the run is done), best and step-N (its checkpoints); with --model, base and tuned. Only
programs on this machine that know the token can use it. The token is random, or that of $SFT_SERVE_TOKEN if it is set.

  sft serve .sft/runs/<run>
  curl http://127.0.0.1:PORT/v1/chat/completions -H "Authorization: Bearer TOKEN" -H "Content-Type: application/json" \\
    -d '{"model": "tuned", "messages": [{"role": "user", "content": "What is a receipt?"}]}'

Ctrl-C stops it. With --json it prints one line, {"url", "token", "models": [{"id"}]}, when it listens.`,
  async run(invocation) {
    const { options, json, terminal } = invocation;
    const port = numberOption(options, 'port', 0, { min: 0, max: 65535, integer: true });
    const idleMinutes = numberOption(options, 'idle-minutes', 30, { min: 0, max: 7 * 24 * 60 });
    const cacheMib = numberOption(options, 'cache-mib', 1024, { min: 1, max: 1 << 20, integer: true });
    const catalog = await openCatalog(invocation);
    for (const notice of catalog.chat.notices) terminal.log(notice);
    const { session } = catalog;
    const given = process.env['SFT_SERVE_TOKEN'] ?? '';
    const token = given === '' ? randomBytes(32).toString('base64url') : given;
    const server = await startServer({
      catalog,
      port,
      token,
      idleMinutes,
      cacheRows: Math.floor((cacheMib * MIB) / KvCache.bytesPerToken(session.config)),
      log: (line) => {
        terminal.log(line);
      },
    });
    let asked = false;
    const end = (): void => {
      // Whoever asks twice does not want to wait for answers.
      if (asked) process.exit(1);
      asked = true;
      server.close();
    };
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, end);
    const models = (await catalog.list()).map(({ id }) => ({ id }));
    const secret = given === '' ? { token } : {};
    if (json) terminal.out(JSON.stringify({ url: server.url, ...secret, models }));
    else {
      terminal.out(`address  ${server.url}`);
      terminal.out(`token    ${given === '' ? token : '$SFT_SERVE_TOKEN'}`);
      terminal.out(`models   ${models.map(({ id }) => id).join(', ')}`);
      terminal.log(`${session.device.description}; Ctrl-C stops it`);
    }
    const reason = await server.closed;
    if (reason === 'idle') terminal.log(`stopped: no request for ${idleMinutes} minutes`);
    session.close();
    return 0;
  },
};

async function openCatalog({ positionals, options }: Invocation): Promise<OpenCatalog> {
  const adapter = textOption(options, 'adapter');
  const systemPrompt = textOption(options, 'system-prompt');
  if (positionals.length > 0) {
    const run = onlyPositional(positionals, 'RUN');
    for (const name of ['model', 'adapter', 'system-prompt']) {
      if (options[name] !== undefined) {
        throw usageError(`--${name} cannot be combined with RUN`, 'leave it out: the run itself names its model');
      }
    }
    return runCatalog(await openDeviceOption(options), run);
  }
  const model = modelFolder(
    requiredOption(options, 'model', 'give the folder of a run, or of a model with --model DIR'),
  );
  return modelCatalog(await openDeviceOption(options), model, {
    ...(adapter === undefined ? {} : { adapter }),
    ...(systemPrompt === undefined ? {} : { systemPrompt }),
    ...fourBitOption(options),
  });
}
