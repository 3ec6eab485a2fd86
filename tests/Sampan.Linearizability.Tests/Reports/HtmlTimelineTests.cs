using System.Text;
using System.Xml.Linq;
using Sampan.Linearizability.Models;
using Sampan.Linearizability.Reports;

namespace Sampan.Linearizability.Tests.Reports;

/// <summary>Purpose: the page of a failure holds what one looks for, needs nothing else, and is well formed.</summary>
public sealed class HtmlTimelineTests
{
    [Fact]
    public void A_failure_shows_lanes_bars_numbers_and_the_operation_that_does_not_fit()
    {
        var clients = new RegisterHistory();
        clients.Done(clients.Write(0, 0));
        var wrong = clients.Read(1);
        var write = clients.Write(2, 4);
        clients.Write(2, 7);
        clients.Sees(wrong, 3);
        clients.Done(write);
        clients.Sees(clients.Read(3), 4);
        var (text, page) = Draw(new RegisterModel<int?>(), clients.History, clients.Check());
        Assert.Equal(4, OfClass(page, "lane").Count());
        Assert.Equal(
            5,
            page.Descendants("div").Count(element => ClassOf(element).StartsWith("op ", StringComparison.Ordinal)));
        var unplaced = Assert.Single(OfClass(page, "unplaced"));
        Assert.Contains("read -> 3", unplaced.Value, StringComparison.Ordinal);
        Assert.Contains("not in the order", unplaced.Attribute("title")!.Value, StringComparison.Ordinal);
        Assert.Equal(["1", "2"], OfClass(page, "placed").Select(bar => bar.Element("i")!.Value).Order());
        Assert.Single(OfClass(page, "open"));
        var failure = Assert.Single(OfClass(page, "failure"));
        Assert.Equal(["0", "4"], failure.Descendants("li").Select(item => item.Value).Order());
        Assert.DoesNotContain("http", text, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Values_cannot_break_the_page()
    {
        var history = new History<KvInput, string>();
        history.Complete(
            history.Invoke(0, new KvInput { Action = KvAction.Put, Key = "<k>", Value = "\"<b>&" }), string.Empty);
        history.Complete(history.Invoke(0, new KvInput { Action = KvAction.Get, Key = "<k>" }), "</div>");
        var (_, page) = Draw(new KvModel(), history, LinearizabilityChecker.Check(new KvModel(), history));
        Assert.Contains("</div>", Assert.Single(OfClass(page, "unplaced")).Value, StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_history_is_shown_around_its_failure()
    {
        var clients = new RegisterHistory();
        for (var i = 0; i < 5_000; i++)
        {
            clients.Done(clients.Write(i % 3, i));
        }

        clients.Sees(clients.Read(7), 1);
        var (text, page) = Draw(
            new RegisterModel<int?>(), clients.History, clients.Check(), new TimelineOptions { OperationsMax = 50 });
        Assert.InRange(page.Descendants("div").Count(element => element.Attribute("title") is not null), 40, 50);
        Assert.Single(OfClass(page, "unplaced"));
        Assert.InRange(text.Length, 1_000, 50_000);
    }

    [Fact]
    public void A_good_history_and_one_that_is_not_decided_are_shown_too()
    {
        var clients = new RegisterHistory();
        clients.Done(clients.Write(0, 1));
        var (text, _) = Draw(new RegisterModel<int?>(), clients.History, clients.Check());
        Assert.Contains(">linearizable<", text, StringComparison.Ordinal);
        clients.Sees(clients.Read(0), 2);
        (text, _) = Draw(
            new RegisterModel<int?>(),
            clients.History,
            clients.Check(new CheckOptions { GiveUp = () => true, StepsMax = 1 }));
        Assert.Contains("Not decided: out of steps.", text, StringComparison.Ordinal);
    }

    private static (string Text, XDocument Page) Draw<TState, TInput, TOutput>(
        IModel<TState, TInput, TOutput> model,
        History<TInput, TOutput> history,
        CheckResult result,
        TimelineOptions? options = null)
        where TInput : notnull
    {
        var html = new StringBuilder();
        HtmlTimeline.Write(html, model, history, result, options);
        var text = html.ToString();
        // The page is XML as well, so that a parser can say whether every bracket closes.
        return (text, XDocument.Parse(text));
    }

    private static IEnumerable<XElement> OfClass(XDocument page, string name) =>
        page.Descendants("div").Where(element => ClassOf(element).Split(' ').Contains(name));

    private static string ClassOf(XElement element) => element.Attribute("class")?.Value ?? "";
}
