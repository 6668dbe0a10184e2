/** What is written: a run, or a configuration. */
export interface Source {
  /** The run's folder, or the configuration's file. */
  readonly place: string;
  /** What else says for `sft export` what is written. */
  readonly args?: readonly string[];
  readonly name: string;
  /** It is offered to be put beside this, where that is still there. */
  readonly configFile: string;
}
