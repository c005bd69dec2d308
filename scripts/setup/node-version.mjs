const NEEDED = 20;

/**
 * What to tell somebody whose Node.js is too old to begin with, or null.
 * @param {string} version such as 18.20.4
 */
export const nodeProblem = (version) =>
  Number.parseInt(version, 10) >= NEEDED
    ? null
    : `Node.js ${NEEDED} or newer is needed to begin, this is ${version}: install a newer one from https://nodejs.org (Outdial then brings Node 24 for itself), or run the lab in Docker: docker compose --profile lab up`;

/** Ends the process on a Node.js that could not even load the rest of the scripts. */
export const refuseOldNode = () => {
  const problem = nodeProblem(process.versions.node);
  if (problem === null) return;
  console.error(problem);
  process.exit(1);
};
