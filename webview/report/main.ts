/** The one-file report: the viewer's page with the engine in it. What stands in for the host must be there before the viewer asks for it. */
import './theme.ts';
import './host.ts';
import '../main.tsx';
