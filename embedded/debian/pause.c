/*
 * Process 1 of a pod's sandbox: holds the pod's namespaces, takes in the
 * children that others left behind, and ends when it is told to.
 * Built static by helper.ts.
 */
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void reap(int signal)
{
    (void)signal;
    while (waitpid(-1, NULL, WNOHANG) > 0)
        ;
}

static void stop(int signal)
{
    (void)signal;
    _exit(0);
}

int main(void)
{
    struct sigaction reaping = { .sa_handler = reap, .sa_flags = SA_NOCLDSTOP };
    struct sigaction stopping = { .sa_handler = stop };

    /* Process 1 gets no signal that it has no handler for. */
    if (sigaction(SIGCHLD, &reaping, NULL) < 0 ||
        sigaction(SIGTERM, &stopping, NULL) < 0 ||
        sigaction(SIGINT, &stopping, NULL) < 0)
        return EXIT_FAILURE;
    for (;;)
        pause();
}
