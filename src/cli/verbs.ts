import type { Verb } from './verb';

/** A verb of which only the name is known until it is needed: what it imports (a tokenizer, the engine) costs time to load. */
export interface VerbEntry {
  readonly name: string;
  load(): Promise<Verb>;
}

/** In the order a beginner needs them. */
export const VERBS: readonly VerbEntry[] = [
  { name: 'validate', load: async () => (await import('./validate')).validateVerb },
  { name: 'count', load: async () => (await import('./count')).countVerb },
  { name: 'split', load: async () => (await import('./split')).splitVerb },
  { name: 'convert', load: async () => (await import('./convert')).convertVerb },
  { name: 'models', load: async () => (await import('./models')).modelsVerb },
  { name: 'pull', load: async () => (await import('./pull')).pullVerb },
  { name: 'preflight', load: async () => (await import('./preflight')).preflightVerb },
  { name: 'estimate', load: async () => (await import('./estimate')).estimateVerb },
  { name: 'find-lr', load: async () => (await import('./find-lr')).findLrVerb },
  { name: 'train', load: async () => (await import('./train')).trainVerb },
  { name: 'sweep', load: async () => (await import('./sweep')).sweepVerb },
  { name: 'runs', load: async () => (await import('./runs')).runsVerb },
  { name: 'evaluate', load: async () => (await import('./evaluate')).evaluateVerb },
  { name: 'chat', load: async () => (await import('./chat')).chatVerb },
  { name: 'export', load: async () => (await import('./export')).exportVerb },
  { name: 'verify', load: async () => (await import('./verify')).verifyVerb },
  { name: 'import', load: async () => (await import('./import')).importVerb },
  { name: 'push', load: async () => (await import('./push')).pushVerb },
  { name: 'serve', load: async () => (await import('./serve')).serveVerb },
  { name: 'generate', load: async () => (await import('./generate')).generateVerb },
  { name: 'score', load: async () => (await import('./score')).scoreVerb },
  { name: 'rouge', load: async () => (await import('./rouge')).rougeVerb },
  { name: 'devices', load: async () => (await import('./devices')).devicesVerb },
  { name: 'python', load: async () => (await import('./python')).pythonVerb },
];
