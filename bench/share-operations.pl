# What operations cost in a folder, for bench/share.ts: each as often as is said,
# and how long one took, in milliseconds.
use strict;
use warnings;
use Fcntl qw(:flock);
use IO::Handle;
use POSIX ();
my ($folder, $times) = @ARGV;
mkdir $folder;
my $ticks = POSIX::sysconf(&POSIX::_SC_CLK_TCK);
sub now { return (POSIX::times())[0] / $ticks; }
sub each_of {
    my ($what, $count, $work) = @_;
    my $begun = now();
    for my $n (1 .. $count) { $work->($n) or die "$what: $!"; }
    printf("%s %.3f\n", $what, 1000 * (now() - $begun) / $count);
}
my $block = "x" x 4096;
my $mebibyte = "x" x 2**20;
each_of("create", $times, sub { my $new; open($new, ">", "$folder/f$_[0]") && close($new) });
each_of("open-and-read", $times, sub { my $old; open($old, "<", "$folder/f$_[0]") && defined(read($old, my $text, 10)) && close($old) });
each_of("remove", $times, sub { unlink "$folder/f$_[0]" });
open(my $file, "+>", "$folder/file") or die "open: $!";
each_of("write-4KiB-and-fsync", $times, sub { seek($file, 0, 0) && print($file $block) && $file->flush && $file->sync });
each_of("lock-and-unlock", $times, sub { flock($file, LOCK_EX) && flock($file, LOCK_UN) });
my $size = 32;
each_of("write-MiB-of-$size-and-fsync", $size, sub { print($file $mebibyte) && ($_[0] < $size || ($file->flush && $file->sync)) });
close($file) or die "close: $!";
