# A client in a pod, for bench/restart.ts: every 50 ms it appends a line to a file
# that it keeps open and locked, syncs it, and makes a new file. What takes over
# half a second is told with how long it took; so is every error.
use strict;
use warnings;
use Fcntl qw(:flock);
use IO::Handle;
use POSIX ();
$| = 1;
my $folder = $ARGV[0];
mkdir $folder;
open(my $kept, ">>", "$folder/kept") or die "open: $!";
flock($kept, LOCK_EX) or die "lock: $!";
# Seconds, to a hundredth: all that the smallest Debian's Perl has.
sub now { return (POSIX::times())[0] / POSIX::sysconf(&POSIX::_SC_CLK_TCK); }
sub timed {
    my ($what, $work) = @_;
    my $begun = now();
    $work->() or print "error $what: $!\n";
    my $took = now() - $begun;
    printf("stall %s %.3f\n", $what, $took) if $took > 0.5;
}
for (my $n = 1; !-e "$folder/stop"; $n++) {
    timed("held", sub { print($kept "$n\n") && $kept->flush && $kept->sync });
    timed("opened", sub { my $new; open($new, ">", "$folder/new") && print($new "$n\n") && close($new) });
    select(undef, undef, undef, 0.05);
}
flock($kept, LOCK_UN) or print "error unlock: $!\n";
close($kept) or print "error close: $!\n";
open(my $all, "<", "$folder/kept") or die "open: $!";
my $wanted = 1;
while (my $line = <$all>) { print "error lost: $line" if $line != $wanted; $wanted++; }
print "lines ", $wanted - 1, "\n";
