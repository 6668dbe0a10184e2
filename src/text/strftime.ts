const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/**
 * Python's `datetime.strftime` in the C locale and local time, for the codes chat templates use; `%-d` writes no leading
 * zero. A code that is not known stays as it is.
 */
export function strftime(date: Date, format: string): string {
  return format.replace(/%(-?)([A-Za-z%])/g, (whole, minus: string, code: string) => {
    const two = (value: number): string => (minus === '' ? String(value).padStart(2, '0') : String(value));
    switch (code) {
      case 'Y':
        return String(date.getFullYear());
      case 'y':
        return two(date.getFullYear() % 100);
      case 'm':
        return two(date.getMonth() + 1);
      case 'd':
        return two(date.getDate());
      case 'e':
        return String(date.getDate()).padStart(minus === '' ? 2 : 1, ' ');
      case 'H':
        return two(date.getHours());
      case 'I':
        return two(date.getHours() % 12 || 12);
      case 'M':
        return two(date.getMinutes());
      case 'S':
        return two(date.getSeconds());
      case 'p':
        return date.getHours() < 12 ? 'AM' : 'PM';
      case 'b':
      case 'h':
        return MONTHS[date.getMonth()]!.slice(0, 3);
      case 'B':
        return MONTHS[date.getMonth()]!;
      case 'a':
        return DAYS[date.getDay()]!.slice(0, 3);
      case 'A':
        return DAYS[date.getDay()]!;
      case 'j': {
        const day = Math.round((startOfDay(date) - Date.UTC(date.getFullYear(), 0, 1)) / 86_400_000) + 1;
        return minus === '' ? String(day).padStart(3, '0') : String(day);
      }
      case '%':
        return '%';
      default:
        return whole;
    }
  });
}

/** Midnight of the local day, counted as UTC so that summer time does not bend the day number. */
function startOfDay(date: Date): number {
  return Date.UTC(date.getFullYear(), date.getMonth(), date.getDate());
}
