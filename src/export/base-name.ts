import path from 'node:path';

/**
 * The name under which others find the base model: `org/name` where the folder stands in Hugging Face's cache
 * (`models--org--name/snapshots/<revision>`), undefined elsewhere.
 */
export function hubName(modelDir: string): string | undefined {
  const [snapshots, cached] = [path.dirname(modelDir), path.dirname(path.dirname(modelDir))];
  if (path.basename(snapshots) !== 'snapshots') return undefined;
  const [kind, ...parts] = path.basename(cached).split('--');
  return kind === 'models' && parts.length > 0 && parts.every((part) => part !== '') ? parts.join('/') : undefined;
}
