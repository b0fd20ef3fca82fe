// The language that the user's environment asks for, as gettext finds it: LC_ALL, else LC_MESSAGES, else LANG says
// whether another than English is spoken at all, LANGUAGE which ones in which order.
#pragma once

namespace portolan::os {

// From now on texts for people (base/message.h) are in that language, where there is a catalogue of it. Nothing else
// changes with it: numbers, dates and what the system's own errors are called stay as they are. To be called before
// there are threads: it may set LANGUAGE.
void speak_language_of_user();

}  // namespace portolan::os
