/** What a Modelfile says. */
export interface ModelfileFacts {
  /** Lines above it, for a person. */
  readonly comments: readonly string[];
  readonly from: string;
  readonly adapter?: string | undefined;
  readonly template: string;
  readonly system: string | undefined;
  /** Texts that end an answer. */
  readonly stops: readonly string[];
  readonly contextLength: number;
}

/** Ollama's own values would change what a model says: it punishes repetitions and samples among the likeliest tokens. */
const SAMPLING = { temperature: 0, repeat_penalty: 1, top_k: 0, top_p: 1 };

export function modelfile(facts: ModelfileFacts): string {
  const { comments, from, adapter, template, system, stops, contextLength } = facts;
  const lines = [
    ...comments.map((line) => `# ${line.replace(/\s+/g, ' ')}`),
    `FROM ${from}`,
    ...(adapter === undefined ? [] : [`ADAPTER ${adapter}`]),
    `TEMPLATE """${template}"""`,
    ...(system === undefined || !isWritable(system) ? [] : [`SYSTEM """${system}"""`]),
    ...stops.filter((stop) => isWritable(stop) && stop.trim() !== '').map((stop) => `PARAMETER stop "${stop}"`),
    ...Object.entries(SAMPLING).map(([name, value]) => `PARAMETER ${name} ${value}`),
    `PARAMETER num_ctx ${contextLength}`,
  ];
  return `${lines.join('\n')}\n`;
}

/** Whether Ollama reads it as it stands: it drops what cannot be printed and knows no escape for three quotes. */
function isWritable(text: string): boolean {
  return text !== '' && !/"""|[^\p{L}\p{M}\p{N}\p{P}\p{S} \t\n]/u.test(text);
}
