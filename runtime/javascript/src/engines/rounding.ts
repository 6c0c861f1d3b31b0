/** Rounding as NumPy and the engines do it; apart, so that who rounds need not load more. */

/** Round to the nearest whole number; halves to the even one. */
export function halfToEven(value: number): number {
  const floor = Math.floor(value);
  const over = value - floor;
  return over < 0.5 || (over === 0.5 && floor % 2 === 0) ? floor : floor + 1;
}
