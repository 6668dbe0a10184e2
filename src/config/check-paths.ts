import path from 'node:path';
import { effectiveValues } from './advise';
import { problemFinding, type ConfigFinding } from './config-finding';
import { ConfigText } from './config-text';
import { pathProblems } from './parse-config';

/** What the text of a configuration names and is not on disk, each on its key; empty where the text is not JSON. */
export async function checkConfigPaths(text: string, file: string): Promise<ConfigFinding[]> {
  const plain = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const values = effectiveValues(plain, file);
  if (values === undefined) return [];
  const parsed = ConfigText.parse(plain, file);
  const folder = path.dirname(path.resolve(file));
  const absolute = (name: string | null): string | null => (name === null ? null : path.resolve(folder, name));
  const problems = await pathProblems(
    {
      model_name: absolute(values.model_name),
      dataset: absolute(values.dataset),
      adapter: absolute(values.adapter),
    },
    parsed,
  );
  return problems.map((problem) => problemFinding(problem, parsed, plain));
}
