// Source: the Australian Communications and Media Authority's list of numbers for TV shows, films and
// creative works. The thirty mobile numbers on it all lie in 0491 57x xxx, a block the authority holds
// itself and gives to nobody, so the whole block counts. The fixed-line ranges are (0x) 5550 xxxx and
// (0x) 7010 xxxx in each of the four areas.
const RESERVED = [
  /^\+6149157\d{4}$/,
  /^\+61[2378](5550|7010)\d{4}$/,
  /^\+611800160401$/,
  /^\+611[38]009757(0[7-9]|1[01])$/,
] as const;

/** True for an Australian number reserved for fiction: it belongs to nobody. Takes E.164 with plus. */
export const isFictitiousNumber = (e164: string): boolean => RESERVED.some((range) => range.test(e164));
