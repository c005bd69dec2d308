import { isLocal, isTooWide, type Place, parsePlace } from './place.ts';

/** Whether a number is a TCP or UDP port. */
export const isPort = (port: number): boolean => Number.isInteger(port) && port >= 1 && port <= 65_535;

/** Reads places on the internet; what is none is told in `problems`. */
export const outside = (option: string, texts: readonly string[], problems: string[]): readonly Place[] =>
  texts.flatMap((text) => {
    const place = parsePlace(text);
    if (place === null) {
      problems.push(`${option} ${JSON.stringify(text)}: It must be an address, a CIDR range or a DNS name.`);
    } else if (isTooWide(place)) {
      problems.push(`${option} ${text}: That is nearly the whole internet; name who is to come in.`);
    } else if (isLocal(place)) {
      problems.push(
        `${option} ${text}: It is an address of a private network, and this is about the internet; what is in the office reaches the host without a rule.`,
      );
    } else return [place];
    return [];
  });
