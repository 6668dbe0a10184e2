/** Of an example that the chat template or the model's vocabulary refuses: the error's own fields. */
export interface RefusedTokens {
  readonly refused: {
    readonly code: string;
    readonly message: string;
    readonly file: string | undefined;
    readonly remedy: string | undefined;
  };
}
