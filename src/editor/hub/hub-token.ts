import type { Services } from '../services';

const SECRET = 'sft.hub.token';

/** The token for the Hub that the person gave here; the environment's is used where there is none. */
export async function hubToken({ context }: Services): Promise<string | undefined> {
  return context.secrets.get(SECRET);
}

/**
 * Asks for a token and keeps it in the secret storage.
 * @param right what it must allow, `read`
 * @returns whether one was given
 */
export async function askHubToken({ dialogs, context }: Services, right: 'read' | 'write'): Promise<boolean> {
  const given = await dialogs.text({
    prompt: `A token of your account that may ${right}. It is kept in the secret storage of VS Code and sent only to the Hub.`,
    password: true,
    ignoreFocusOut: true,
  });
  if (given === undefined || given.trim() === '') return false;
  await context.secrets.store(SECRET, given.trim());
  return true;
}
