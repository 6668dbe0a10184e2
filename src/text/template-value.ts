import type { Interpreter } from '@huggingface/jinja';

/** A value of a template, in a class of the interpreter's. */
export type Value = ReturnType<Interpreter['run']>;
