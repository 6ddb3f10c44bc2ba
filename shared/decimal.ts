/** A decimal number as text: `-12.30`. Money never becomes a float. */
export type Decimal = string;

const DECIMAL = /^([+-]?)(?=\.?\d)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/;

interface Scaled {
  units: bigint;
  scale: number;
}

function parse(text: Decimal): Scaled {
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = DECIMAL.exec(text.trim()) ?? [];
  if (whole === "" && fraction === "")
    throw new TypeError(`Not a decimal number: ${JSON.stringify(text.slice(0, 40))}`);
  const units = BigInt(`${sign === "-" ? "-" : ""}${whole}${fraction}` || "0");
  const scale = fraction.length - Number(exponent);
  return scale >= 0 ? { units, scale } : { units: units * 10n ** BigInt(-scale), scale: 0 };
}

function format({ units, scale }: Scaled): Decimal {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, "0");
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  return units < 0n ? `-${text}` : text;
}

function align(a: Scaled, b: Scaled): [bigint, bigint, number] {
  const scale = Math.max(a.scale, b.scale);
  return [a.units * 10n ** BigInt(scale - a.scale), b.units * 10n ** BigInt(scale - b.scale), scale];
}

export const isDecimal = (text: string): boolean => DECIMAL.test(text.trim());

/** The same number without exponent, plus sign or white space. Digits after the point stay: `1.20` remains `1.20`. */
export const normalise = (text: Decimal): Decimal => format(parse(text));

export function add(a: Decimal, b: Decimal): Decimal {
  const [x, y, scale] = align(parse(a), parse(b));
  return format({ units: x + y, scale });
}

export function subtract(a: Decimal, b: Decimal): Decimal {
  const [x, y, scale] = align(parse(a), parse(b));
  return format({ units: x - y, scale });
}

export function multiply(a: Decimal, b: Decimal): Decimal {
  const [x, y] = [parse(a), parse(b)];
  return format({ units: x.units * y.units, scale: x.scale + y.scale });
}

/** `a / b` with `places` digits after the point, cut towards zero. The caller handles the remainder. */
export function divide(a: Decimal, b: Decimal, places: number): Decimal {
  const [x, y] = align(parse(a), parse(b));
  if (y === 0n) throw new RangeError("Division by zero");
  return format({ units: (x * 10n ** BigInt(places)) / y, scale: places });
}

/** Rounded half away from zero to `places` digits after the point, as invoices do. */
export function round(a: Decimal, places: number): Decimal {
  const { units, scale } = parse(a);
  if (scale <= places) return format({ units: units * 10n ** BigInt(places - scale), scale: places });
  const unit = 10n ** BigInt(scale - places);
  const half = units < 0n ? -unit / 2n : unit / 2n;
  return format({ units: (units + half) / unit, scale: places });
}

/** Negative, zero or positive, as `Array.prototype.sort` wants it. */
export function compare(a: Decimal, b: Decimal): number {
  const [x, y] = align(parse(a), parse(b));
  return x < y ? -1 : x > y ? 1 : 0;
}

export const sum = (amounts: Iterable<Decimal>): Decimal => [...amounts].reduce(add, "0");

/**
 * Splits an amount into `parts` that add up to it exactly; the remainder goes to the last.
 * @example split("10.00", 3) // ["3.33", "3.33", "3.34"]
 */
export function split(amount: Decimal, parts: number): Decimal[] {
  const { scale } = parse(amount);
  const share = divide(amount, String(parts), Math.max(scale, 2));
  const last = subtract(amount, multiply(share, String(parts - 1)));
  return Array.from({ length: parts }, (_, index) => (index === parts - 1 ? last : share));
}

/** The shortest way to write the number: `10.00` becomes `10`, `1.20` becomes `1.2`. */
export function shortest(a: Decimal): Decimal {
  const text = normalise(a);
  const short = text.includes(".") ? text.replace(/\.?0+$/, "") : text;
  return short === "-0" ? "0" : short;
}
