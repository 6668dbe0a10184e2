/** Files of the sample project, as they lie in examples/ and in a person's copy. */
export const SAMPLE_DATA = 'service-desk.json';
/** A few pairs with five deliberate mistakes, to be corrected in the walkthrough. */
export const SAMPLE_MISTAKES = 'service-desk-mistakes.json';
