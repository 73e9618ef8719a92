const units = ["B", "kB", "MB", "GB", "TB", "PB"] as const;

/** Bytes for people, in powers of 1000: `0 B`, `999 B`, `1.2 kB`, `34 MB`. */
export function formatBytes(bytes: number): string {
  let size = bytes;
  let unit = 0;
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000;
    unit++;
  }
  const digits = unit > 0 && size < 9.95 ? 1 : 0;
  return `${size.toFixed(digits)} ${units[unit] ?? "B"}`;
}

/** `1,234,567` */
export function formatCount(count: number): string {
  // Node takes ten milliseconds to load what it knows of languages; every run would wait for that.
  return String(count).replaceAll(/\B(?=(\d{3})+$)/g, ",");
}

/** Time for people: `7s`, `1m05s`, `2h03m`. */
export function formatSeconds(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (number: number) => String(number).padStart(2, "0");
  if (whole < 60) return `${String(whole)}s`;
  if (whole < 3600) return `${String(Math.floor(whole / 60))}m${two(whole % 60)}s`;
  return `${String(Math.floor(whole / 3600))}h${two(Math.floor(whole / 60) % 60)}m`;
}
