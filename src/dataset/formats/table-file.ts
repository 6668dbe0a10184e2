/** What a file's name says it is a table of; undefined where it is not one. */
export function tableFormat(file: string): 'csv' | 'tsv' | undefined {
  const ending = /\.(csv|tsv|tab)$/i.exec(file)?.[1]?.toLowerCase();
  return ending === undefined ? undefined : ending === 'csv' ? 'csv' : 'tsv';
}
