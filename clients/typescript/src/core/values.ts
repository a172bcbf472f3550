/** Context and features: text or number, by name. */
export type Values = Readonly<Record<string, string | number>>;

/** A moment: a `Date`, or milliseconds since 1970 as `Date.now()` gives them. */
export type Time = Date | number;
