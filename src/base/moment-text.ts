/** `12 Nov, 10:15`, as short as a person needs to know it by; with seconds where the minute is shared. Local time. */
export function momentText(moment: string, more: { readonly seconds?: boolean } = {}): string {
  const time = new Date(moment);
  const thisYear = time.getFullYear() === new Date().getFullYear();
  return time.toLocaleString('en-GB', {
    day: 'numeric',
    month: 'short',
    ...(thisYear ? {} : { year: 'numeric' }),
    hour: '2-digit',
    minute: '2-digit',
    ...(more.seconds === true ? { second: '2-digit' } : {}),
  });
}
