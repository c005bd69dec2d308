/** Whether a process of this id is there and ours to signal; a negative id means a process group. */
export const isProcessAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
