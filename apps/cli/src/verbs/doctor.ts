import type { DoctorOptions } from '../doctor/doctor.ts';
import type { Verb } from '../verb.ts';

const names = (text: string): readonly string[] => text.split(',').map((name) => name.trim());

/** `outdial doctor`: looks at everything that a call needs, and says how to mend what is wrong. It needs no bridge. */
export const doctorVerb: Verb = (program, deps) => {
  program
    .command('doctor')
    .description(
      'look at everything that a call needs, and say how to mend what is wrong; no bridge is needed',
    )
    .option('--json', 'print the findings as JSON')
    .option('--only <checks>', 'only these, a comma between them', names)
    .option('--skip <checks>', 'all but these', names)
    .option('--livekit-sip <path>', 'the livekit-sip program of this machine, to see its version')
    .option(
      '--call <number>',
      'place a test call through the bridge, and say what it proves of SIP and sound',
    )
    .option('--yes', 'place it without asking')
    .action(async (options: DoctorOptions, command) => {
      // LiveKit's SDK comes with it: the other verbs start faster without it.
      const { doctor, strangeChecks } = await import('../doctor/doctor.ts');
      const strange = strangeChecks(options);
      if (strange !== null) command.error(`error: ${strange}`);
      await doctor(deps, options);
    });
};
