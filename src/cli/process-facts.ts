import type { ProcessFacts } from "../store/lock.ts";

/** This process, and whether others on this machine live: a signal that does nothing finds it out. */
export const processFacts: ProcessFacts = {
  pid: process.pid,
  isRunning: (pid) => {
    try {
      process.kill(pid, 0);
      return true;
    } catch (error) {
      return error instanceof Error && "code" in error && error.code === "EPERM";
    }
  },
};
