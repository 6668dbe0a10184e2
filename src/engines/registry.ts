import { builtinEngine } from './builtin/engine';
import type { Engine } from './engine';

/** Every engine, the one that a run takes unless it names another first. */
export const ENGINES: readonly [Engine, ...Engine[]] = [builtinEngine];
