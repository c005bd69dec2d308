import { setTimeout as pause } from 'node:timers/promises';
import { type llm, voice } from '@livekit/agents';
import { type Room, RoomEvent } from '@livekit/rtc-node';
import { instructionsFor } from '@outdial/playbooks';
import type { Logger } from '@outdial/runtime';
import type { EndReason, GrantedCall } from '@outdial/telephony';
import { CALLEE_IDENTITY } from './adapters/livekit-sip-leg.ts';
import type { Models, TurnDetection } from './models.ts';
import type { Conversation } from './ports.ts';
import { createCalleeWatch } from './talk/callee-watch.ts';
import { createClassifier } from './talk/classify.ts';
import { createKeypad } from './talk/keypad.ts';
import { createMachineAnswer } from './talk/machine-answer.ts';
import { PhoneAgent } from './talk/phone-agent.ts';
import { pressKeys } from './talk/press-keys.ts';
import { watchProviders } from './talk/provider-trouble.ts';
import { sentencesFor } from './talk/sentences.ts';
import { asksNotToBeCalled } from './talk/signs.ts';
import { createSilenceWatch } from './talk/silence.ts';
import { createSpeaker } from './talk/speaker.ts';
import { turnNotes } from './talk/turn-notes.ts';
import { createTurnStates } from './talk/turn-states.ts';
import { type ToolSet, withBudget } from './tools/tool-budget.ts';

const SILENT = 'The voice made no sound; check the text-to-speech provider and its way through the firewall.';
/** Words that were spoken into the greeting are answered when nothing else was said so long after it. */
const ANSWER_HELD_AFTER_MS = 1_200;

/** Topic of agents-js's remote sessions (constants.js, TOPIC_SESSION_MESSAGES). */
const REMOTE_SESSION = 'lk.agent.session';

/** Builds the session. Every function it is given is called from then on, at any time. */
export const createConversation = (options: {
  readonly room: Room;
  readonly models: Models;
  /** Asked what answered; a model of its own, which the session does not know. */
  readonly classifier: llm.LLM;
  readonly turnDetection: TurnDetection;
  /** A voice that is silent this long after the answer (ms) reports no error of its own (it may never). */
  readonly silentAfterMs: number;
  readonly call: Pick<GrantedCall, 'playbook' | 'voicemail'>;
  readonly tools: ToolSet;
  /** Speech or model are gone for good. */
  readonly onProviderError: (reason: string) => void;
  /** The conversation itself came to its end. */
  readonly onEnd: (reason: EndReason) => void;
  /** The callee asked not to be called again. */
  readonly onOptOut: () => void;
  /** Whether that comes onto a do-not-call list. */
  readonly optOutIsListed: boolean;
  /**
   * Whether agents-js records both sides, into `audio.ogg` of the job's session directory. The playbook's notice of
   * it is said first.
   */
  readonly record: boolean;
  /**
   * Given the session before it starts, for who listens to it, and whether what speaks at a time is known to be no
   * person.
   */
  readonly onSession: (session: voice.AgentSession, hearsMachine: () => boolean) => void;
  readonly log: Logger;
}): Conversation => {
  const { log, room } = options;
  const { playbook } = options.call;
  const sentences = sentencesFor(playbook.language);
  const session = new voice.AgentSession({
    ...options.models,
    turnHandling: {
      turnDetection: options.turnDetection,
      interruption: { discardAudioIfUninterruptible: false },
    },
    userAwayTimeout: null,
  });
  options.onSession(session, () => callee.who.hearsMachine());
  let silenced = false;
  let optedOut = false;
  let left = false;
  let waits = false;
  const onProviderError = (reason: string) => {
    if (!left) options.onProviderError(reason);
  };

  const onEnd = (reason: EndReason) => {
    if (!left) options.onEnd(reason);
  };

  const speaker = createSpeaker(session, log);
  const { say, attempt } = speaker;
  const sayAndEnd = async (text: string, reason: EndReason): Promise<void> => {
    if (await speaker.sayLast(text)) onEnd(reason);
    else onProviderError(SILENT);
  };
  const optOut = () => {
    if (optedOut) return;
    optedOut = true;
    options.onOptOut();
  };
  const silence = createSilenceWatch({
    promptAfterMs: playbook.silence.prompt_after_seconds * 1000,
    prompts: playbook.silence.prompts,
    prompt: (text) => attempt(() => session.say(text)),
    end: () => void sayAndEnd(sentences.silence, 'silence_timeout'),
  });

  const states = createTurnStates(silence);

  const onMachine = createMachineAnswer({
    message: options.call.voicemail === 'leave_message' ? playbook.voicemail_message : null,
    hush: () => {
      // From here on nothing is said to the machine but the message.
      silenced = true;
      silence.stop();
      attempt(() => session.interrupt({ force: true }));
    },
    awaitMoment: (onMoment) => callee.awaitMessage(onMoment),
    leaveMessage: (text) => void sayAndEnd(text, 'voicemail_left'),
    end: () => onEnd('voicemail_detected'),
    log,
  });
  const callee = createCalleeWatch({
    language: playbook.language,
    classify: createClassifier(options.classifier, log),
    onVerdict: (answerer) => {
      log.info({ answerer }, 'it is known what answered');
      if (!left) onMachine(answerer);
    },
  });

  const turn = async (message: llm.ChatMessage): Promise<'silent' | readonly string[]> => {
    await callee.who.ready();
    if (silenced) return 'silent';
    silence.heard();
    const held = callee.guard()?.takeHeld() ?? '';
    const said = message.textContent ?? '';
    if (held !== '') message.content = [`${held} ${said}`];
    return turnNotes(callee.who.verdict(), said, options.optOutIsListed);
  };
  const agent = new PhoneAgent(
    { instructions: instructionsFor(playbook), tools: withBudget(options.tools) },
    { hear: callee.hear, turn },
  );

  const keypad = createKeypad((digits) => {
    if (silenced || waits) return;
    silence.heard();
    callee.guard()?.open();
    attempt(() => session.interrupt());
    attempt(() => session.generateReply({ userInput: `[pressed ${digits}]` }));
  });
  room.on(RoomEvent.DtmfReceived, (_code, digit, participant) => {
    if (participant.identity === CALLEE_IDENTITY && states.isListening()) keypad.press(digit);
  });

  session.on(voice.AgentSessionEventTypes.UserStateChanged, ({ newState }) => {
    states.user(newState);
  });
  session.on(voice.AgentSessionEventTypes.UserInputTranscribed, ({ transcript, isFinal }) => {
    callee.words(transcript, isFinal);
    // At once: whoever says it may hang up before it is answered.
    if (isFinal && !silenced && !callee.who.hearsMachine() && asksNotToBeCalled(transcript)) optOut();
  });
  session.on(voice.AgentSessionEventTypes.AgentStateChanged, ({ newState }) => {
    states.agent(newState);
    if (newState === 'speaking') speaker.sounds();
  });
  session.on(voice.AgentSessionEventTypes.Close, () => {
    silence.stop();
    keypad.stop();
  });
  watchProviders(session, onProviderError, log);

  const answerHeld = async (): Promise<void> => {
    if (callee.guard()?.holdsQuestion() !== true) return;
    await pause(ANSWER_HELD_AFTER_MS);
    if (silenced || !states.isFree()) return;
    const held = callee.guard()?.takeHeld() ?? '';
    if (held !== '') attempt(() => session.generateReply({ userInput: held }));
  };

  return {
    start: async () => {
      session.input.setAudioEnabled(states.isListening());
      await session.start({
        agent,
        room,
        inputOptions: { participantIdentity: CALLEE_IDENTITY, textEnabled: false, closeOnDisconnect: false },
        outputOptions: { transcriptionEnabled: false },
        record: options.record ? { audio: true, traces: false, logs: false, transcript: false } : false,
      });
      // There agents-js tells members of the room the instructions, and lets them type for the callee.
      room.unregisterByteStreamHandler(REMOTE_SESSION);
      const whole = { allowInterruptions: false };
      // A sentence of its own, so that nothing cuts it: nobody is recorded who did not hear all of it.
      const told = options.record ? playbook.recording_notice : null;
      const notice = told === null ? null : session.say(told, whole);
      // A hello does not cut it, a question does: see the guard.
      const greeting = session.say(playbook.greeting, whole);
      callee.guardGreeting(greeting, notice);
      greeting.addDoneCallback(() => void answerHeld());
    },
    listen: () => {
      session.input.setAudioEnabled(!waits);
      states.listen();
      speaker.expectSound(options.silentAfterMs, () => onProviderError(SILENT));
    },
    say,
    timeLeft: (seconds) => {
      if (!silenced) attempt(() => session.say(sentences.timeLeft(seconds)));
    },
    farewell: async (why) => {
      if (silenced) return;
      silence.stop();
      if (why === 'timeUp') attempt(() => session.interrupt({ force: true }));
      await say(sentences[why]);
    },
    press: (keys) => {
      callee.who.keysPressed();
      return silence.during(() => pressKeys(room, keys));
    },
    during: silence.during,
    optOut,
    answeredBy: callee.who.answeredBy,
    pause: () => {
      waits = true;
      session.input.setAudioEnabled(false);
    },
    resume: () => {
      waits = false;
      session.input.setAudioEnabled(true);
    },
    leave: async () => {
      left = true;
      silenced = true;
      speaker.stop();
      silence.stop();
      keypad.stop();
      session.input.setAudioEnabled(false);
      session.output.setAudioEnabled(false);
      await session
        .close()
        .catch((error) => log.warn({ reason: String(error) }, 'the session did not close'));
    },
  };
};
