/** A run that is to train on other machines. Paths are absolute, and the same there. */
export interface JobSource {
  /** The name of the run, for a person. */
  readonly title: string;
  readonly run: string;
  /** What the run reads beside its own folder: files and folders. */
  readonly reads: readonly string[];
  /** Whether a Python trains. */
  readonly python: boolean;
  /** Whether each process wants a GPU. */
  readonly gpus: boolean;
  /** The GPUs' model as the scheduler names it; undefined where any will do. */
  readonly gpu: string | undefined;
  readonly nodes: number;
  /** On each node. */
  readonly processes: number;
  /** The Python that is named for this machine. */
  readonly ownPython: string | undefined;
  readonly program: Program;
}

/** SFT Workbench as it is installed here. */
export interface Program {
  /** The Node that runs it. */
  readonly node: string;
  /** The file of the command line. */
  readonly entry: string;
  /** The folders without which it does not train. */
  readonly parts: readonly string[];
  /** Operating system and processor that it is for, such as linux-x64. */
  readonly platform: string;
}

export interface JobFiles {
  /** Contents by name in the folder. */
  readonly files: ReadonlyMap<string, string>;
  /** The shell's lines that start it, run in the folder. */
  readonly use: readonly string[];
  /** What has to be there, or be known, a sentence each. */
  readonly notes: readonly string[];
}

/** How a run is started on machines that a scheduler hands out; docs/extending.md says what a new one needs. */
export interface JobForm {
  /** As in `--to`. */
  readonly name: string;
  readonly summary: string;
  /** Why several nodes cannot train together, and what to do; undefined where they can. */
  readonly alone?: { readonly reason: string; readonly remedy: string };
  /** Whether Python is set up on the machines as `sft python setup` does it, without what that does not bring. */
  readonly setsUpPython?: boolean;
  /** @param out the folder that is written, absolute */
  make(source: JobSource, out: string): JobFiles;
}

/** `sft-faq`, of what every scheduler takes for a name. */
export function jobName(title: string): string {
  const plain = title
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 30)
    .replaceAll(/^-+|-+$/g, '');
  return plain === '' ? 'sft-run' : `sft-${plain}`;
}
