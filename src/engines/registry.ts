import type { ResolvedConfig } from '../config/config-schema';
import { accelerateEngine } from './accelerate/engine';
import { builtinEngine } from './builtin/engine';
import type { Engine } from './engine';

/** Every engine. */
const ENGINES: readonly Engine[] = [builtinEngine, accelerateEngine];

/** The engine that a configuration asks for. */
export function engineOf({ engine: name }: Pick<ResolvedConfig, 'engine'>): Engine {
  const engine = ENGINES.find((known) => known.name === name);
  if (engine === undefined) throw new RangeError(`no engine ${name}`);
  return engine;
}
