/** Prices as text. */

let format = new Intl.NumberFormat("en-IE", { style: "currency", currency: "EUR" });

export function useCurrency(currency: string): void {
  format = new Intl.NumberFormat("en-IE", { style: "currency", currency });
}

export const money = (amount: number | undefined): string => (amount === undefined ? "" : format.format(amount));
