import path from 'node:path';
import { SftError } from './errors';

/** Microsoft Learn, Naming Files, Paths, and Namespaces: devices of old, with any extension. */
const DEVICE = /^(?:con|prn|aux|nul|(?:com|lpt)[1-9¹²³])(?:\.|$)/i;
const SIGNS = /[<>:"|?*\u0000-\u001f]/;

/**
 * Refuses a name that Windows takes for something else, before anything is written under it: a device, a second stream of another file (what
 * follows a colon), the same name without its last dot.
 * @throws SftError `not-writable`
 */
export function refuseForbiddenName(target: string, platform: NodeJS.Platform = process.platform): void {
  if (platform !== 'win32') return;
  const whole = path.win32.resolve(target);
  const names = whole.slice(path.win32.parse(whole).root.length).split('\\');
  for (const name of names) {
    const sign = SIGNS.exec(name)?.[0];
    const why =
      sign !== undefined
        ? `has the sign ${JSON.stringify(sign)} in it`
        : DEVICE.test(name)
          ? 'is that of a device'
          : /[. ]$/.test(name)
            ? 'ends with a dot or a blank'
            : undefined;
    if (why === undefined) continue;
    throw new SftError('not-writable', `cannot be saved: the name "${name}" ${why}, which Windows does not allow`, {
      file: target,
      remedy: 'choose another name',
    });
  }
}
