/** What the agent says by itself, without a model. */
export type Sentences = {
  readonly goodbye: string;
  readonly silence: string;
  readonly timeUp: string;
  /** A transfer begins. */
  readonly transfer: string;
  readonly recordingStopped: string;
  readonly recordingDeleted: string;
  timeLeft(seconds: number): string;
};

const ENGLISH: Sentences = {
  goodbye: 'Thank you. Goodbye.',
  silence: 'I cannot hear anybody, so I will end the call now. Goodbye.',
  timeUp: 'Our time is up, so I have to end the call now. Goodbye.',
  transfer: 'One moment please, I am transferring you now.',
  recordingStopped: 'All right, the recording is stopped.',
  recordingDeleted: 'All right, the recording is stopped and deleted.',
  timeLeft: (seconds) => `We have about ${seconds} seconds left on this call.`,
};

const BY_LANGUAGE: Readonly<Record<string, Sentences>> = {
  en: ENGLISH,
  de: {
    goodbye: 'Vielen Dank. Auf Wiederhören.',
    silence: 'Ich höre niemanden und beende jetzt das Gespräch. Auf Wiederhören.',
    timeUp: 'Unsere Zeit ist um, ich muss das Gespräch jetzt beenden. Auf Wiederhören.',
    transfer: 'Einen Moment bitte, ich verbinde Sie jetzt.',
    recordingStopped: 'In Ordnung, die Aufnahme ist beendet.',
    recordingDeleted: 'In Ordnung, die Aufnahme ist beendet und gelöscht.',
    timeLeft: (seconds) => `Für dieses Gespräch bleiben uns noch etwa ${seconds} Sekunden.`,
  },
  es: {
    goodbye: 'Muchas gracias. Adiós.',
    silence: 'No oigo a nadie, así que voy a terminar la llamada. Adiós.',
    timeUp: 'Se ha acabado el tiempo y tengo que terminar la llamada. Adiós.',
    transfer: 'Un momento, por favor, le paso ahora.',
    recordingStopped: 'De acuerdo, la grabación se ha detenido.',
    recordingDeleted: 'De acuerdo, la grabación se ha detenido y se ha borrado.',
    timeLeft: (seconds) => `Nos quedan unos ${seconds} segundos de llamada.`,
  },
  fr: {
    goodbye: 'Merci. Au revoir.',
    silence: 'Je n’entends personne, je vais donc mettre fin à l’appel. Au revoir.',
    timeUp: 'Notre temps est écoulé, je dois mettre fin à l’appel. Au revoir.',
    transfer: 'Un instant s’il vous plaît, je vous transfère.',
    recordingStopped: 'Très bien, l’enregistrement est arrêté.',
    recordingDeleted: 'Très bien, l’enregistrement est arrêté et effacé.',
    timeLeft: (seconds) => `Il nous reste environ ${seconds} secondes.`,
  },
  it: {
    goodbye: 'Grazie. Arrivederci.',
    silence: 'Non sento nessuno, quindi chiudo la chiamata. Arrivederci.',
    timeUp: 'Il tempo è finito e devo chiudere la chiamata. Arrivederci.',
    transfer: 'Un momento, per favore, la trasferisco subito.',
    recordingStopped: 'Va bene, la registrazione è terminata.',
    recordingDeleted: 'Va bene, la registrazione è terminata e cancellata.',
    timeLeft: (seconds) => `Ci restano circa ${seconds} secondi.`,
  },
};

/** The sentences of a playbook's language (BCP 47), English where there are none. */
export const sentencesFor = (language: string): Sentences =>
  BY_LANGUAGE[language.toLowerCase().split('-')[0] ?? ''] ?? ENGLISH;
