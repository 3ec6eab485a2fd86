using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.MultiRaft.Tests.Fixture;

/// <summary>Makes the state machines of a cluster and keeps them in sight of the test.</summary>
internal interface IMachineSource
{
    /// <summary>The state machine of a group on a store.</summary>
    IStateMachine Make(HostUnderTest store, GroupId group);

    /// <summary>Nothing is left of the state machine of a group on a store.</summary>
    void Delete(HostUnderTest store, GroupId group);
}
