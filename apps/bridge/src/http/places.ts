/** Places that holders take and give back: at most `mostEach` by one of them, and `mostAll` by all together. */
export const createPlaces = (mostEach: number, mostAll = Infinity) => {
  const taken = new Map<string, number>();
  let all = 0;
  return {
    /** Takes a place; gives what frees it, to be called once, or null when none is left. */
    take: (holder: string): (() => void) | null => {
      const own = taken.get(holder) ?? 0;
      if (own >= mostEach || all >= mostAll) return null;
      taken.set(holder, own + 1);
      all += 1;
      return () => {
        const left = (taken.get(holder) ?? 1) - 1;
        if (left === 0) taken.delete(holder);
        else taken.set(holder, left);
        all -= 1;
      };
    },
  };
};
