import { problemFinding, type ConfigFinding } from './config-finding';
import { readLeniently } from './lenient-config';
import { pathProblems } from './parse-config';

/** What the text of a configuration names and is not on disk, each on its key; empty where the text is not JSON. */
export async function checkConfigPaths(text: string, file: string): Promise<ConfigFinding[]> {
  const plain = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const { parsed, syntax, paths } = readLeniently(plain, file);
  if (syntax !== undefined) return [];
  const problems = await pathProblems(paths, parsed);
  return problems.map((problem) => problemFinding(problem, parsed, plain));
}
