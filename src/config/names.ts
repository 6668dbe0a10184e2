/** The configuration's file name, by which the editor and the checks of a dataset find it. */
export const CONFIG_NAME = 'sft.config.json';

/** The editor's command that opens docs/glossary.md at a term: hovers over the configuration's keys lead to it. */
export const GLOSSARY_COMMAND = 'sft.showGlossary';
